// Cases for @tauri-apps/api/app. What this host does not serve is refused, and answers 'no'.

const { app } = tauri;

const cases = {
  async 'app.BundleType'() {
    same(app.BundleType.Deb, 'deb');
  },
  async 'app.getName'() {
    same(await app.getName(), 'Page');
  },
  async 'app.getVersion'() {
    same(await app.getVersion(), '0.0.0');
  },
  async 'app.getIdentifier'() {
    same(await app.getIdentifier(), 'com.example.page');
  },
  async 'app.getTauriVersion'() {
    same(await app.getTauriVersion(), '2.12.5');
  },
  async 'app.supportsMultipleWindows'() {
    same(await app.supportsMultipleWindows(), true);
  },
  'app.defaultWindowIcon': notServed(() => app.defaultWindowIcon()),
  'app.exit': notServed(() => app.exit()),
  'app.fetchDataStoreIdentifiers': notServed(() => app.fetchDataStoreIdentifiers()),
  'app.getBundleType': notServed(() => app.getBundleType()),
  'app.hide': notServed(() => app.hide()),
  'app.onBackButtonPress': notServed(() => app.onBackButtonPress(() => undefined)),
  'app.removeDataStore': notServed(() => app.removeDataStore([])),
  'app.setDockVisibility': notServed(() => app.setDockVisibility(true)),
  'app.setTheme': notServed(() => app.setTheme('dark')),
  'app.show': notServed(() => app.show()),
};

return await run(cases);
