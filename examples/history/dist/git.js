// git, as the policy lets this page run it: three programs by name, whose arguments stand in capabilities/main.json. What a person typed is put into its place here and
// looked at nowhere in this page; what it may be is the policy's to say.
const { invoke, Channel } = window.trollbridge;

const COMMON = ['-c', 'safe.directory=*'];
const LOG = ['log', '--no-show-signature', '--encoding=UTF-8', '--format=%H%x1f%aI%x1f%D%x1f%an%x1f%s'];
const SHOW = ['show', '--no-show-signature', '--encoding=UTF-8', '--no-ext-diff', '--no-textconv', '--format=%B', '--stat=100', '--patch'];

/** git has ended, and said why. */
export class GitError extends Error {
  constructor(status, said) {
    super(said.trim() || `git has ended with status ${status}`);
    this.code = 'git';
  }
}

const withoutEnd = (line) => line.replace(/\r?\n$/, '');

/** Resolves when git has ended. `take` gets each line; while the promise that it answers is not settled git waits. */
async function run(program, args, cwd, signal, take) {
  let said = '';
  let end = null;
  const channel = new Channel(async ({ event, payload }) => {
    if (event === 'Stdout') await take(withoutEnd(payload));
    else if (event === 'Stderr' || event === 'Error') said += payload;
    else if (event === 'Terminated') end = payload;
  });
  await invoke('plugin:shell|spawn', { program, args, options: { cwd }, onEvent: channel }, { signal });
  await channel.done;
  if (end?.code !== 0) throw new GitError(end?.code ?? end?.signal, said);
}

/** A subject may hold anything but the end of a line; what stands before it may not. */
function commitOf(line) {
  const [hash, date, refs, author, ...subject] = line.split('\x1f');
  return { hash, date: new Date(date), refs: refs ? refs.split(', ') : [], author, subject: subject.join('\x1f') };
}

/** `take` gets each commit, the newest first. */
export function log({ folder, count, revision, path }, signal, take) {
  const args = [...COMMON, ...LOG, '--max-count', count, '--end-of-options', revision, '--'];
  const program = path ? 'log-of-path' : 'log';
  return run(program, path ? [...args, path] : args, folder, signal, (line) => take(commitOf(line)));
}

/** `take` gets each line of what one commit says and changes. */
export function show(folder, hash, signal, take) {
  return run('show', [...COMMON, ...SHOW, '--end-of-options', hash, '--'], folder, signal, take);
}
