import fc from 'fast-check';

/** The same networks for every mutant, and no time spent on making the one that killed it smaller. */
fc.configureGlobal({ seed: 1, endOnFailure: true });
