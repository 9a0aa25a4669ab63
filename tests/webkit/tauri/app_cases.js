// Cases for @tauri-apps/api/app. What this host does not serve is refused, and answers 'no'.

const { app } = tauri;

const no = (act) => async () => {
  await refused(act(), /not granted|implement|does not/i);
  return 'no';
};

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
  'app.defaultWindowIcon': no(() => app.defaultWindowIcon()),
  'app.exit': no(() => app.exit()),
  'app.fetchDataStoreIdentifiers': no(() => app.fetchDataStoreIdentifiers()),
  'app.getBundleType': no(() => app.getBundleType()),
  'app.hide': no(() => app.hide()),
  'app.onBackButtonPress': no(() => app.onBackButtonPress(() => undefined)),
  'app.removeDataStore': no(() => app.removeDataStore([])),
  'app.setDockVisibility': no(() => app.setDockVisibility(true)),
  'app.setTheme': no(() => app.setTheme('dark')),
  'app.show': no(() => app.show()),
};

return await run(cases);
