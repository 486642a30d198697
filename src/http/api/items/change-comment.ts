import type { Author } from '../../../store/store.ts';
import { textSchema } from './common-schemas.ts';

export const commentSchema = textSchema(1_000)
  .exactOptional()
  .describe('Why; kept in the audit log beside who and when.');

export function withComment(author: Author, comment: string | undefined): Author {
  return comment === undefined || comment.trim() === '' ? author : { ...author, comment };
}
