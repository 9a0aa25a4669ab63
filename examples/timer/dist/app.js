// Three ways in which the host speaks later: messages of a call, its answer, and events.
const { Channel, invoke, listen } = trollbridge;
const $ = (id) => document.getElementById(id);

let running = null; // what ends the countdown

function counting(on) {
  $('start').disabled = on;
  $('stop').disabled = !on;
}

/** Messages of a call that lasts: what is left, each second. Aborting cancels it in the host as well. */
async function countDown(seconds) {
  running = new AbortController();
  counting(true);
  $('left').value = String(seconds);
  const onTick = new Channel((left) => ($('left').value = String(left)));
  try {
    await invoke('count_down', { seconds, onTick }, { signal: running.signal });
    $('left').value = 'Done';
  } catch (error) {
    $('left').value = running.signal.aborted ? 'Stopped' : error.message;
  }
  counting(false);
}

/** An answer that takes as long as a person does. */
async function waitForBell() {
  $('answer').textContent = 'Waiting…';
  try {
    $('answer').textContent = `That was ring ${await invoke('wait_for_bell')}.`;
  } catch (error) {
    $('answer').textContent = error.message;
  }
}

$('timer').addEventListener('submit', (event) => {
  event.preventDefault();
  void countDown($('seconds').valueAsNumber);
});
$('stop').addEventListener('click', () => running.abort());
$('wait').addEventListener('click', () => void waitForBell());
// An event comes to every page that listens, whether or not it has asked for anything.
await listen('bell', ({ payload }) => ($('rung').textContent = String(payload)));
document.body.dataset.state = 'ready';
