// openapi-fetch with the types that openapi-typescript wrote; fetch.ts URL
import createClient from "openapi-fetch";
import type { paths } from "./api";

const client = createClient<paths>({ baseUrl: process.argv[2] });
const one = await client.POST("/predict", { body: { text: "A wonderful film." } });
const batch = await client.POST("/predict", { body: { texts: ["Awful.", "Zxqv."] } });
const infer = await client.POST("/v2/models/{name}/infer", {
  params: { path: { name: "sentiment" } },
  body: { inputs: [{ name: "text", shape: [1], datatype: "BYTES", data: ["Awful."] }] },
});
const problem = await client.POST("/predict", { body: { text: "" } });
console.log(
  JSON.stringify({
    one: one.data && "label" in one.data ? one.data.label : undefined,
    batch:
      batch.data && "predictions" in batch.data
        ? batch.data.predictions.map((each) => each.label)
        : undefined,
    infer: infer.data?.outputs[0]?.data,
    problem: problem.error?.code,
  }),
);
