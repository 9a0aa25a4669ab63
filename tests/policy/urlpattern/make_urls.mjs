// Writes URLs and what whatwg-url, the URL Standard's reference implementation, makes of them: rows
// of [text, base or null, result or null]. urls.json is `node make_urls.mjs 800 3` with whatwg-url
// 16.0.1 (npm install whatwg-url).
import whatwg from 'whatwg-url'

const { URL } = whatwg
const count = Number(process.argv[2] ?? 800)
let state = Number(process.argv[3] ?? 3)

// Numbers that repeat with the seed.
function random(n) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
}

const pick = (list) => list[random(list.length)]
const some = (max, make) => Array.from({ length: random(max + 1) }, make).join('')

const schemes = ['http:', 'https:', 'HTTPS:', 'ws:', 'wss:', 'ftp:', 'file:', 'tauri:', 'a+b-.1:', 'data:', 'blob:',
    'javascript:', 'mailto:', '1a:', ':', '', '', ' \thttp:', 'ht\ntp:']
const slashes = ['//', '//', '//', '//', '/', '', '///', '\\\\', '/\\', '\\', '/\t/']
const users = ['', '', '', '', 'u@', 'u:p@', ':@', '@', 'a@b@', 'ü:%zz@', 'x:y:z@', '%40:^|@', 'u:@', '[:]@']
const hosts = ['example.com', 'EXAMPLE.com', 'localhost', 'LocalHost', 'a.b.c.', 'a..b', '.', '', 'evilmydomain.dev',
    '127.0.0.1', '127.1', '0x7f.1', '0x7F000001', '017700000001', '2130706433', '4294967296', '256.1', '1.2.3.4.5', '1.2.3',
    '1.256.1', '0x', '0x.0x.0', '08', '09.1', '1.2.3.08', '0xg', 'a.1', 'a.0x1', '1.a', '1..2', '1.2.3.4.', '1.2.3.4..',
    '[::1]', '[::]', '[1:2:3:4:5:6:7:8]', '[1::8]', '[::1.2.3.4]', '[::ffff:127.0.0.1]', '[1:0:0:2:0:0:0:3]', '[::1', '::1]',
    '[1:2:3]', '[:::]', '[1::2::3]', '[12345::]', '[::1.2.3]', '[::1.2.3.04]', '[::1.2.3.256]', '[0:0:0:0:0:0:0:0]',
    '[1:2:3:4:5:6:7::]', '[::2:3:4:5:6:7:8]', '[::1:2:3:4:5:6:7:8]', '[1:2:3:4:5:6:1.2.3.4]', '[1:2:3:4:5:6:7:1.2.3.4]',
    '[FE80::A]', '[::1%25eth0]', '[v1.a]', '[]', 'a%2Eb', 'a%2eb.com', '%61.com', 'a%00b', 'a%20b', 'a b', 'a<b', 'a^b',
    'a|b', 'a%b', 'a%', 'a_b', 'a-b', '-a', 'a\tb', 'a\nb', 'münchen.de', 'MÜNCHEN.de', 'faß.de', 'xn--mnchen-3ya.de',
    'XN--MNCHEN-3YA.de', 'ＧＯ.com', 'a。b', '%E4.com', '%C3%A4.com', '１２７.1', 'a\u00adb', 'a!$&\'()*+,;=b', '"', '`', '{}', '~',
    'a@b', 'C|', 'C:', 'c|', 'xn--', 'xn--a', 'a.xn--0', '\u3000', 'ℌ.com', 'ǆ.com']
const ports = ['', '', '', '', ':80', ':443', ':8443', ':0', ':00080', ':65535', ':65536', ':', ':x', ':8x', ':-1', ':99999999999', ':1:2']
const parts = ['a', 'b%2f', '..', '.', '%2e', '%2E%2e', '.%2e', '%2e.', '', '...', 'C:', 'C|', 'é', '"<>`', '{}', '%zz', '%', 'a b',
    "'", '|', '\\', '@:', '[]', 'ー', 'x\ty', '\x7f', '~', ';=', '%00']
const ends = ['', '', '', '?', '?a', "?'\"<>é", '#', '#f', '#`"<>é#', '?a#b', '?#', '#?', '??', ' ', '?a b', '?\u{1f6b2}', '?%zz', '# x']

const path = () => some(5, () => pick(['/', '/', '/', '\\']) + pick(parts))
const relative = () => pick(['', '/', '//', '\\', '//' + pick(hosts), '?', '#', ...parts]) + path() + pick(ends)
const absolute = () => pick(schemes) + pick(slashes) + pick(users) + pick(hosts) + pick(ports) + path() + pick(ends)
const bases = ['http://u:p@h.x:81/a/b/c?q#f', 'https://h/', 'file:///C:/a/b', 'file:///a/b', 'file://host/a/b', 'tauri://localhost/a/b?q',
    'x:/a/b', 'x:/', 'mailto:a@b', 'x:op?q', 'tauri://localhost']

function write(text, base) {
    try {
        return new URL(text, base ?? undefined).href
    } catch {
        return null
    }
}

const rows = []
while (rows.length < count) {
    const base = random(3) === 0 ? pick(bases) : null
    const text = base && random(2) ? relative() : absolute()
    rows.push([text, base, write(text, base)])
}
console.log('[\n' + rows.map((row) => JSON.stringify(row)).join(',\n') + '\n]')
