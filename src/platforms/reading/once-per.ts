/**
 * Computes once for each owner and list of names: hundreds of VRFs of a router may name the same policies, and what those name may be lists of
 * ten thousands. All of them then hold the same answer, and the same text.
 */
export function oncePer<Owner extends object, Answer>(
  compute: (names: readonly string[], owner: Owner) => Answer,
): (names: readonly string[], owner: Owner) => Answer {
  const answers = new WeakMap<Owner, Map<string, Answer>>();
  return (names, owner) => {
    const known = answers.get(owner) ?? new Map<string, Answer>();
    answers.set(owner, known);
    const key = JSON.stringify(names);
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as Answer;
    const answer = compute(names, owner);
    known.set(key, answer);
    return answer;
  };
}
