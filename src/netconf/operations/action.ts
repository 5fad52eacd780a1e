import { positiveReplyTo } from '../message/positive-reply.ts';
import { YANG_1 } from '../namespaces.ts';
import { contentToText, type XmlContent } from '../xml/build.ts';
import type { Operation } from './operation.ts';

/** RFC 7950 §7.15.2: the data tree from its top to the action, with the keys of the lists on the way. */
export function actionOperation(content: XmlContent): Operation {
  return {
    name: 'action',
    positive: positiveReplyTo('action', YANG_1),
    body: `<action xmlns="${YANG_1}">${contentToText(content)}</action>`,
    requires: [],
    changesRunning: false,
  };
}
