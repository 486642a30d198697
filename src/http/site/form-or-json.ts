import type { Request, RequestHandler } from 'express';
import { formBody } from '../input/form-body.ts';
import { jsonBody } from '../input/json-body.ts';

const readJson = jsonBody({ limitBytes: 16_384 });

export const isForm = (request: Request): boolean =>
  request.is('application/x-www-form-urlencoded') !== false;

/** Anything else is 415. */
export const formOrJson: RequestHandler = (request, response, next) =>
  (isForm(request) ? formBody : readJson)(request, response, next);
