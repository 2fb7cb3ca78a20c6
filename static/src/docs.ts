import "./views/theme";
import "./styles/docs.css";

import { h, render } from "preact";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-es-bundle.js";

import { Header } from "./gallery/Header";
import { readThemeChoice, resolveTheme, watchSystemTheme } from "./views/theme";

let choice = readThemeChoice();

/** Swagger UI has a dark appearance of its own, under this class. */
function showTheme(next = choice): void {
  choice = next;
  document.documentElement.classList.toggle("dark-mode", resolveTheme(choice) === "dark");
}

function place(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element #${id}.`);
  return element;
}

/** What a plugin of Swagger UI is given: its own copy of React. */
interface SwaggerSystem {
  React: { createElement(kind: string, properties: null, text: string): unknown };
}

/** Swagger UI puts a link inside the button that opens an operation; one of the two is enough. */
const withoutNestedLinks = () => ({
  wrapComponents: {
    DeepLink:
      (_link: unknown, { React }: SwaggerSystem) =>
      ({ text }: { text: string }) =>
        React.createElement("span", null, text),
  },
});

/** What Swagger UI leaves out: the way by keyboard to long examples, which scroll, and the names of fields. */
function completeAccess(host: HTMLElement): void {
  const observer = new MutationObserver(() => {
    for (const example of host.querySelectorAll<HTMLElement>("pre.microlight:not([tabindex])")) {
      example.tabIndex = 0;
    }
    for (const body of host.querySelectorAll("textarea.body-param__text:not([aria-label])")) {
      body.ariaLabel = "Request body";
    }
    for (const field of host.querySelectorAll("tr[data-param-name] :is(select, input):not([aria-label])")) {
      field.ariaLabel = field.closest("tr")?.dataset.paramName ?? null;
    }
  });
  observer.observe(host, { childList: true, subtree: true });
}

const host = place("docs");
showTheme();
watchSystemTheme(() => showTheme());
completeAccess(host);
render(h(Header, { path: "/docs", onTheme: showTheme }), place("docs-head"));

SwaggerUIBundle({
  domNode: host,
  url: "/api/v1/openapi.json",
  // Swagger UI would otherwise ask a server of its makers for a badge.
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  // The one of its colour schemes whose every colour can be read on its background.
  syntaxHighlight: { theme: "obsidian" },
  plugins: [withoutNestedLinks],
  onComplete: () => {
    document.documentElement.dataset.ready = "";
  },
});
