// Every call of a mapped store's life fails once, and from some call on for good.

import { testFaults } from './fault-tests.js';

testFaults(true);
