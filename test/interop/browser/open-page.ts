import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import express, { Router } from 'express';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumPath } from '../../support/chromium.ts';
import { listenOnFreePort, stopListening } from '../../support/listen-on-free-port.ts';

export interface BrowserPages {
  /** A fresh page with the SDKs loaded: of the service's own origin where it serves `router`, else of another. */
  open(origin?: string): Promise<Page>;
  /** The page and its script at `/page` and `/page.js`. */
  readonly router: Router;
  /** Uncaught errors of pages. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Real Chromium, and a site of its own that carries the bundled SDKs. */
export async function openBrowser(): Promise<BrowserPages> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('there is no Chromium here');
  const script = await bundle();
  const router = Router();
  router.get('/page.js', (_req, res) => void res.type('text/javascript').end(script));
  router.get('/page', (_req, res) => {
    res.type('html').end('<!doctype html><title>Page</title><script src="/page.js"></script>');
  });
  const site = createServer(express().use(router));
  const elsewhere = `http://localhost:${await listenOnFreePort(site)}`;
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const complaints: string[] = [];
  return {
    complaints,
    router,
    async open(origin = elsewhere) {
      const page = await browser.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`${origin}/page`);
      await page.waitForFunction(() => 'openClients' in globalThis, undefined, { timeout: 10_000 });
      return page;
    },
    async close() {
      await browser.close();
      await stopListening(site);
    },
  };
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild made no bundle');
  return file.contents;
}
