#!/usr/bin/env node
import '../dist/test/fake-relay.js';
