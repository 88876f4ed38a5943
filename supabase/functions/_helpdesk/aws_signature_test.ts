import { signatureV4 } from "./aws_signature.ts";
import { equal } from "./testing.ts";

Deno.test("the signature is the one of Amazon's own example", async () => {
  // get-vanilla of the test suite of signature version 4.
  const request = { method: "GET", path: "/", headers: { host: "example.amazonaws.com" }, content: "" };
  const key = {
    ...{
      id: "AKIDEXAMPLE",
      secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      region: "us-east-1",
      service: "service",
    },
  };
  const { authorization } = await signatureV4(request, key, new Date("2015-08-30T12:36:00Z"));
  equal(authorization!.split("Signature=")[1], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
});

Deno.test("Amazon's example of a request for an object of S3", async () => {
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const headers = { host: "examplebucket.s3.amazonaws.com", range: "bytes=0-9", "x-amz-content-sha256": empty };
  const { authorization } = await signatureV4(
    { method: "GET", path: "/test.txt", headers, content: "" },
    {
      id: "AKIAIOSFODNN7EXAMPLE",
      secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      region: "us-east-1",
      service: "s3",
    },
    new Date("2013-05-24T00:00:00Z"),
  );
  equal(authorization!.split("Signature=")[1], "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
});
