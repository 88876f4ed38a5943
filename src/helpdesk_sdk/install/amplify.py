"""Release a front end that AWS Amplify builds, after the database and the functions: what a workflow runs.

python -m helpdesk_sdk.install.amplify --app-id d123 --branch main --commit 0123abc --url https://help.example.com

It starts Amplify's build of one commit, waits for its end, and looks at what is published. When something is wrong, the
version before is published again. It needs the AWS CLI, and no package besides those of the SDK.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .published import PublishedError, check_published

# A build takes two minutes; Amplify itself gives up after half an hour.
TIMEOUT = 15 * 60.0
INTERVAL = 5.0


class AmplifyError(Exception):
    """The front end was not released; the text is a sentence for the user."""


@dataclass(frozen=True)
class Branch:
    """A branch of an application at Amplify: an environment.

    Attributes:
        app_id: The application.
        name: The branch.
        timeout: How long a build may take, in seconds.
        interval: The pause between two looks at a build, in seconds.
    """

    app_id: str
    name: str
    timeout: float = TIMEOUT
    interval: float = INTERVAL

    def aws(self, command: str, *words: str, of_branch: bool = True) -> dict[str, Any]:
        """What a command of `aws amplify` answers.

        Raises:
            AmplifyError: it failed.
        """
        place = ["--app-id", self.app_id, *(["--branch-name", self.name] if of_branch else [])]
        try:
            done = subprocess.run(
                ["aws", "amplify", command, *place, "--output", "json", *words],
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise AmplifyError("The AWS CLI is not installed: the program aws is needed.") from None
        if done.returncode:
            raise AmplifyError(f"aws amplify {command} failed: {done.stderr.strip()}")
        made: dict[str, Any] = json.loads(done.stdout or "{}")
        return made

    def check_that_only_the_workflow_builds(self) -> None:
        """A build on push would publish the front end before the migrations.

        Raises:
            AmplifyError: the branch builds on push.
        """
        if self.aws("get-branch")["branch"].get("enableAutoBuild"):
            raise AmplifyError(
                f"Amplify builds the branch {self.name} on each push, before the migrations. Switch that off: "
                f"aws amplify update-branch --app-id {self.app_id} --branch-name {self.name} --no-enable-auto-build"
            )

    def last_success(self) -> str | None:
        """The newest build that was published."""
        jobs = self.aws("list-jobs", "--max-items", "50")["jobSummaries"]
        return next((str(job["jobId"]) for job in jobs if job["status"] == "SUCCEED"), None)

    def build(self, *words: str) -> str:
        """Start a build and wait for its end; its id.

        Raises:
            AmplifyError: it failed or took too long; then it is stopped.
        """
        job = str(self.aws("start-job", *words)["jobSummary"]["jobId"])
        end = time.monotonic() + self.timeout
        while True:
            try:
                status = self.aws("get-job", "--job-id", job)["job"]["summary"]["status"]
            except AmplifyError:
                # Nobody would look at its end: it must not be published after the version before.
                self.aws("stop-job", "--job-id", job)
                raise
            if status == "SUCCEED":
                return job
            if status in ("FAILED", "CANCELLED"):
                raise AmplifyError(f"Amplify's build {job} ended with {status}. Its log is in the Amplify console.")
            if time.monotonic() >= end:
                self.aws("stop-job", "--job-id", job)
                raise AmplifyError(f"Amplify's build {job} took longer than {self.timeout:g} s and was stopped.")
            time.sleep(self.interval)


def release(branch: Branch, commit: str, *, rewrites: Path | None, url: str | None) -> str:
    """Release a commit; the id of its build.

    Args:
        branch: The branch of the application.
        commit: The commit to build.
        rewrites: A file with the application's rewrites, which are set first.
        url: Where it is published; None to look at nothing.

    Raises:
        AmplifyError: it was not released. The version before is published again, if there is one.
    """
    branch.check_that_only_the_workflow_builds()
    before = branch.last_success()
    if rewrites is not None:
        branch.aws("update-app", "--custom-rules", f"file://{rewrites}", of_branch=False)
    try:
        job = branch.build("--job-type", "RELEASE", "--commit-id", commit)
        if url is not None:
            check_published(url, build=commit)
    except (AmplifyError, PublishedError) as error:
        raise AmplifyError(f"{error} {_back(branch, before)}") from None
    return job


def _back(branch: Branch, before: str | None) -> str:
    if before is None:
        return "There is no version before it."
    try:
        branch.build("--job-type", "RETRY", "--job-id", before)
    except AmplifyError as error:
        return f"The version before (build {before}) could not be published again: {error}"
    return f"The version before (build {before}) is published again. The database stays as it is: it serves both."


def main(arguments: Sequence[str] | None = None) -> int:
    """Release by the command line; the exit code: 1 when it was not released."""
    parser = argparse.ArgumentParser(
        prog="python -m helpdesk_sdk.install.amplify", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--app-id", required=True, help="the application's id at Amplify")
    parser.add_argument("--branch", required=True, help="the branch, which is an environment")
    parser.add_argument("--commit", required=True, help="the commit to build")
    parser.add_argument("--rewrites", type=Path, help="a JSON file with the application's rewrites")
    parser.add_argument("--url", help="where it is published; without it nothing is looked at afterwards")
    given = parser.parse_args(arguments)
    if given.rewrites is not None and not given.rewrites.is_file():
        parser.error(f"there is no file {given.rewrites}")
    try:
        job = release(Branch(given.app_id, given.branch), given.commit, rewrites=given.rewrites, url=given.url)
    except AmplifyError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"Commit {given.commit} is published by build {job}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
