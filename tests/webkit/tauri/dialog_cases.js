// One case for each export of @tauri-apps/plugin-dialog, by its name: what the page asks, one after the other. The
// person is test_tauri_dialog.py, which sees each dialog, answers it, and compares what the page was told.

const { ask, confirm, message, open, save } = tauri.dialog;
const here = await tauri.path.resourceDir();

const cases = {
  async message() {
    return [
      await message('A message of\ntwo lines.'),
      await message('With a title', 'The title'),
      await message('An error', { title: 'Failed', kind: 'error', okLabel: 'I see' }),
      await message('Two', { buttons: 'OkCancel' }),
      await message('Three', { buttons: 'YesNoCancel' }),
      await message('Own words', { kind: 'warning', buttons: { yes: 'Show it', no: 'Show where', cancel: 'Neither' } }),
    ];
  },

  async ask() {
    return [await ask('Is it so?'), await ask('Is it so?', 'Really'), await ask('Own words?', { okLabel: 'Aye', cancelLabel: 'Nay' })];
  },

  async confirm() {
    return [await confirm('Shall it be?'), await confirm('Shall it be?'), await confirm('Own words?', { okLabel: 'Go', kind: 'warning' })];
  },

  async open() {
    const files = [{ name: 'Texts', extensions: ['txt', 'md'] }];
    return [
      await open({ title: 'One file', defaultPath: `${here}/data`, filters: files }),
      await open({ title: 'Several', multiple: true, defaultPath: `${here}/data` }),
      await open({ title: 'A folder', directory: true, recursive: true, defaultPath: here }),
      await open({ title: 'Folders', directory: true, multiple: true, canCreateDirectories: false, pickerMode: 'document', fileAccessMode: 'scoped' }),
      await open(),
    ];
  },

  async save() {
    return [
      await save({ title: 'A new file', defaultPath: `${here}/data/new.txt`, filters: [{ name: 'Texts', extensions: ['txt'] }] }),
      await save({ canCreateDirectories: true }),
    ];
  },
};
