// Every call of a buffered store's life fails once, and from some call on for good.

import { testFaults } from './fault-tests.js';

testFaults(false);
