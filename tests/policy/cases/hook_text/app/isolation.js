// import a from "a";
/* not this one:
import b from "b"; */
const text = `
`; import c from "c";
const lines = `
import d from "d";
`;
const important = "import e";
const imports = { import: 1 };
export function onRequest({ args }) {
    return args;
}
import("f");
