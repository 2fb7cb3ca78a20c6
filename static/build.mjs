// Bundles the pages' scripts and styles into dist/, and lists the hashed names in dist/manifest.json.
//
// Scripts are ES modules (load them with type="module"); what two pages share becomes a chunk of its own.

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");
const staging = join(root, `.dist-${process.pid}`);
const retired = join(root, `.dist-${process.pid}-old`);

/**
 * Leaves one font file a face: packages offer old formats and alphabets besides,
 * and the bundler would copy every file that a style sheet names.
 */
const latinWoff2 = {
  name: "latin-woff2",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.(katex|@fontsource).*\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const contents = css.replace(/@font-face\s*\{[^}]*\}/g, (face) => {
        const source = face.match(/url\((?:[^)]*)\.woff2["']?\)\s*format\([^)]*\)/)?.[0];
        if (source === undefined) {
          throw new Error(`${path}: a font face without a woff2 file: ${face}`);
        }
        const isSubset = /-(cyrillic|greek|vietnamese|latin-ext)/.test(source);
        return isSubset ? "" : face.replace(/src:[^;}]*/, `src:${source}`);
      });
      return { contents, loader: "css" };
    });
  },
};

/** The manifest: the name that a template asks for → the file that holds it. */
function manifestOf(metafile) {
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint === undefined) continue;
    const name = basename(output.entryPoint).replace(/\.(tsx?|css)$/, "");
    manifest[`${name}${extname(path)}`] = basename(path);
    if (output.cssBundle !== undefined) manifest[`${name}.css`] = basename(output.cssBundle);
  }
  return manifest;
}

/** Puts the finished bundle in place of the last one, so that a server never sees half of it. */
async function publish() {
  await rename(dist, retired).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(staging, dist);
}

try {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/studio.tsx", "src/gallery.tsx", "src/docs.ts", "src/styles/access.css"],
    outdir: staging,
    entryNames: "[name]-[hash]",
    chunkNames: "shared-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    sourcemap: true,
    legalComments: "linked",
    metafile: true,
    loader: { ".woff2": "file" },
    plugins: [latinWoff2],
    logLevel: "warning",
  });
  await writeFile(join(staging, "manifest.json"), `${JSON.stringify(manifestOf(metafile), null, 2)}\n`);
  await publish();
} catch (error) {
  // esbuild has already printed its own errors, each with its place.
  if (error.errors === undefined) console.error(error);
  process.exitCode = 1;
} finally {
  await rm(staging, { recursive: true, force: true });
  await rm(retired, { recursive: true, force: true });
}
