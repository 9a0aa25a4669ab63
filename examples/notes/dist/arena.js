// The panel of attacks: one line each, filled in while they run.
import { attacks, tryAttack } from './attacks.js';

const $ = (id) => document.getElementById(id);

function line(attack) {
  const row = document.createElement('li');
  row.dataset.result = 'idle';
  for (const [name, text] of [['title', attack.title], ['outcome', ''], ['what', attack.what], ['record', ''], ['by', '']]) {
    const part = document.createElement('span');
    part.className = name;
    part.textContent = text;
    row.append(part);
  }
  return row;
}

function tell(row, { result, code, by }, record) {
  row.dataset.result = result;
  row.querySelector('.outcome').textContent = result === 'breach' ? 'BREACH' : code;
  row.querySelector('.by').textContent = by;
  row.querySelector('.record').textContent = record ? `#${record}` : '';
  row.querySelector('.record').title = record ? 'The record in the audit log' : '';
}

function sum(results) {
  const n = (what) => results.filter((result) => result === what).length;
  const verdict = $('attack-verdict');
  if (n('breach')) verdict.textContent = n('breach') === 1 ? '1 BREACH' : `${n('breach')} BREACHES`;
  else if (n('unclear')) verdict.textContent = `${n('refused')} of ${results.length} refused, ${n('unclear')} unclear`;
  else verdict.textContent = `${results.length} of ${results.length} refused`;
  verdict.dataset.result = n('breach') ? 'breach' : n('unclear') ? 'unclear' : 'refused';
}

export class Arena {
  constructor(log) {
    this.log = log;
    this.rows = attacks.map(line);
    $('attacks').append(...this.rows);
    $('attack').addEventListener('click', () => this.#tryAll());
  }

  async #tryAll() {
    $('attack').disabled = true;
    $('attack-verdict').textContent = '';
    for (const row of this.rows) tell(row, { result: 'idle', code: '', by: '' });
    const results = [];
    for (const [i, attack] of attacks.entries()) {
      this.rows[i].dataset.result = 'running';
      results.push(await this.#tryOne(attack, this.rows[i]));
    }
    sum(results);
    $('attack').disabled = false;
    $('attack').textContent = 'Try again';
  }

  async #tryOne(attack, row) {
    const record = attack.command ? this.log.refusal(attack.command, this.log.last) : null;
    const outcome = await tryAttack(attack);
    tell(row, outcome, outcome.result === 'refused' ? await record : null);
    return outcome.result;
  }
}
