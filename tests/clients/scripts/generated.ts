// The package that openapi-generator wrote for typescript-fetch; generated.ts URL
import { Configuration, OpenInferenceProtocolApi, PredictionsApi } from "./generated/index";

const configuration = new Configuration({ basePath: process.argv[2] });
const predictions = new PredictionsApi(configuration);
const one = await predictions.postPredict({
  postPredictRequest: { text: "A wonderful film." },
});
const batch = await predictions.postPredict({
  postPredictRequest: { texts: ["Awful.", "Zxqv."] },
});
const infer = await new OpenInferenceProtocolApi(configuration).postV2ModelsNameInfer({
  name: "sentiment",
  inferenceRequest: {
    inputs: [{ name: "text", shape: [1], datatype: "BYTES", data: ["Awful."] }],
  },
});
console.log(
  JSON.stringify({
    one: "label" in one ? one.label : undefined,
    batch: "predictions" in batch ? batch.predictions.map((each) => each.label) : undefined,
    infer: infer.outputs[0]?.data,
  }),
);
