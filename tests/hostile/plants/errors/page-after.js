  globalThis.Error = planted;
}
