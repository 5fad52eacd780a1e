import { type InterconnectRequest, interconnectRequestSchema } from '../domain/request.ts';
import { parseWith, readDocument } from './read-document.ts';

/** The text of a request file -> the request. Throws INPUT_INVALID with line, path and remedy of every fault. */
export function readRequest(text: string, file: string): InterconnectRequest {
  const document = readDocument(text, file, 'INPUT_INVALID');
  return parseWith(interconnectRequestSchema, document, 'INPUT_INVALID');
}
