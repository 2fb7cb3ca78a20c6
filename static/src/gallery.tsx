import "./views/theme";
import "./styles/base.css";
import "./styles/gallery.css";

import { render } from "preact";

import { Gallery } from "./gallery/Gallery";

const host = document.getElementById("gallery");
if (host === null) throw new Error("The page has no place for the gallery.");
host.replaceChildren();
render(<Gallery />, host);
