/** What makes an interconnect a matter for whoever watches wasl at night. */
export const TROUBLES = ['attention', 'left', 'overdue', 'drifted'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** A removal at the signed end takes one transaction; what is on the network later than this is late. */
export const OVERDUE_AFTER_MS = 5 * 60_000;

const WORDS: Readonly<Record<Trouble, string>> = {
  attention: 'need an engineer: the state of a router is not known, or it holds an edit of somebody else',
  left: 'are being withdrawn, and a router that may still carry them could not be cleaned yet',
  overdue: 'are past their signed end and still on the network',
  drifted: 'were last read otherwise than agreed: somebody took a part away, or added one',
};

/** A sentence for each trouble that there is: how many, and no names, for everybody reads it. */
export function describeTroubles(counts: Readonly<Record<Trouble, number>>): string[] {
  return TROUBLES.filter((trouble) => counts[trouble] > 0).map(
    (trouble) => `interconnects that ${WORDS[trouble]}: ${counts[trouble]} (wasl status names them)`,
  );
}
