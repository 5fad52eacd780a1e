import type { ExplanationAnswer } from '../api/network-wire.ts';
import { EXIT } from './exit-codes.ts';
import type { Paint } from './paint.ts';
import { shortTarget } from './wording.ts';

type Answer = ExplanationAnswer['answers'][number];
type Place = Answer['places'][number];

/** What packets of one VPN reach, and why: places that differ only in their PE or network stand together. */
export function showExplanation({ readAt, answers, unread }: ExplanationAnswer, paint: Paint): string[] {
  return [
    paint('bold', `Read from the routers at ${readAt}`),
    ...answers.flatMap((answer) => ['', ...showAnswer(answer, paint)]),
    ...(unread.length === 0 ? [] : ['']),
    ...unread.map(({ pe, reason }) => paint('red', `NOT READ: ${pe}: ${reason}; what it carries is unknown`)),
  ];
}

/** A person must look where something is reached that nobody agreed to, and where it is not known, or was not looked at. */
export function explanationExitCode({ answers }: ExplanationAnswer): number {
  const places = answers.flatMap((answer) => answer.places);
  const isKnown = answers.every(({ unlisted }) => unlisted === 0);
  return isKnown && places.every((place) => place.verdict !== 'unknown' && !isUnagreed(place)) ? EXIT.ok : EXIT.unknown;
}

const isUnagreed = ({ by, interconnects }: Place): boolean => by !== null && interconnects.length === 0;

function showAnswer({ from, to, places, unlisted }: Answer, paint: Paint): string[] {
  if (places.length === 0) return [`${from} has no VRF, or ${to} announces nothing: there is nothing to explain.`];
  const counts = new Map<Place['verdict'], number>();
  for (const { verdict } of places) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const sum = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  return [
    `${paint('bold', from)} to ${paint('bold', to)}: ${sum}`,
    ...places.flatMap((place) => showPlace(place, paint)),
    ...(unlisted === 0 ? [] : [`${unlisted} more were not looked at; \`wasl matrix --json\` has all that is reached`]),
  ];
}

function showPlace(place: Place, paint: Paint): string[] {
  const { pe, vrf, prefix, verdict, by, because } = place;
  const colour = isUnagreed(place) || verdict === 'unknown' ? 'red' : verdict === 'reached' ? 'green' : 'yellow';
  const route =
    by === null ? '' : ` by ${by.prefix} of ${by.of} from ${by.fromPe}, route target ${shortTarget(by.via)}`;
  return [
    `  ${prefix} from VRF ${vrf} at ${pe}: ${paint(verdict === 'own' ? 'dim' : colour, verdict)}${route}`,
    ...because.map((sentence) => `    ${sentence.startsWith('NO ') ? paint('red', sentence) : sentence}`),
  ];
}
