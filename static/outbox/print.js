import { byId } from "../ui/dom.js";

byId("print").addEventListener("click", () => print());
