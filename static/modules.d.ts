// Modules that TypeScript cannot read itself: style sheets, which the bundler takes, and packages without types.

declare module "*.css";

declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  /** Draws the reference into `options.domNode`; see Swagger UI's configuration page for the options. */
  export default function SwaggerUIBundle(options: Record<string, unknown>): unknown;
}
