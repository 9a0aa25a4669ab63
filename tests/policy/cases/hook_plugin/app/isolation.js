export function onRequest({ args }) {
    return args;
}
