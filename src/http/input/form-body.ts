import { urlencoded } from 'express';

/** The forms of our own pages: flat, up to 16 KB and 20 fields. */
export const formBody = urlencoded({ extended: false, limit: 16_384, parameterLimit: 20 });
