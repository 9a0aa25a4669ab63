// One case for each export of @tauri-apps/plugin-opener, by its name. `data/` may be opened, `data/private/` may not;
// of URLs those of https://example.org, with the person's program or with `other`. What is opened is for
// test_tauri_opener.py to see.

const { openPath, openUrl, revealItemInDir } = tauri.opener;
const NO = /scope|allow|denied|may|`with`/i;
const WITH = 'some-program';

const cases = {
  async openUrl() {
    await openUrl('https://example.org/a%20page?q=1#there');
    for (const url of ['https://example.com/', 'https://example.org.evil.example/', 'https://example.org@evil.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'smb://host/share', 'example.org', 'https://example.org/\n', ''])
      await refused(openUrl(url), /./);
    await refused(openUrl('https://example.org/', WITH), NO);
    await openUrl('https://example.org/other', 'other');
  },

  async openPath() {
    const here = await tauri.path.resourceDir();
    await openPath(`${here}/data/hello.txt`);
    for (const path of ['data/private/secret.txt', 'data/link', 'data/../trollbridge.toml', 'data/absent.txt'])
      await refused(openPath(`${here}/${path}`), /./);
    for (const path of ['/etc/passwd', '/etc/passwd\0.txt', 'file:///etc/passwd', ''])
      await refused(openPath(path), /./);
    await refused(openPath(`${here}/data/hello.txt`, WITH), NO);
  },

  async revealItemInDir() {
    const here = await tauri.path.resourceDir();
    await revealItemInDir(`${here}/data/hello.txt`);
    await refused(revealItemInDir(`${here}/data/absent.txt`), /./);
  },
};

return await run(cases);
