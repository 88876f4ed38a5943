/** Plays benchmarks/load/k6.js, with stubs for k6, until every act came up; prints the requests as JSON. */

import { asked } from "k6";
import * as script from "k6-script";

const people = script.setup();
for (const is_agent of [false, true]) {
  for (let tries = 0; tries < 2000; tries++) script.requests([{ ...people[0], is_agent }]);
}
script.subscribe(people);
console.log(JSON.stringify({ asked, shares: script.SHARES, options: script.options }));
