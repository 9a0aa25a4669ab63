#!/usr/bin/node
// A plugin in JavaScript: threads of libuv, timers, randomness; answers 0 if all of it worked.
const net = require('net');
const fs = require('fs');
const crypto = require('crypto');

const link = new net.Socket({ fd: 3, allowHalfOpen: true });
link.on('data', () => {
  crypto.randomBytes(16);
  fs.readdir('/usr', (error) => setTimeout(() => link.end(error ? '1' : '0'), 1));
});
