// organ-mosaic serve: the application for a browser on this machine, or through an SSH tunnel to it.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { defineCommand } from '../define-command.ts'
import { readVersion } from '../read-version.ts'
import type { Terminal } from '../terminal.ts'

const page = join(import.meta.dirname, '../../../../dist/renderer')

export const serve = defineCommand({
  usage: 'serve',
  summary: 'serve the application to a browser on this machine',
  options: [
    ['--port <n>', 'on 127.0.0.1 (default: any free one)'],
    ['--root <folder...>', 'folders may be chosen below it only; may be repeated (default: home, mounted volumes)'],
    ['--open', 'open the browser of this machine too'],
  ],
  details: `From another machine: ssh -L 8080:127.0.0.1:8080 gpu-server, then open the printed link here.
Ctrl-C ends it; trainings go on.`,
  examples: ['organ-mosaic serve', 'organ-mosaic serve --port 8080 --home /data/mosaic --root /data --root /scratch'],
  input: z.object({
    port: z.coerce.number('expected a port').int('expected a port').min(0).max(65535).default(0),
    root: z.array(z.string()).default([]),
    open: z.boolean().default(false),
  }),
  output: z.object({ url: z.string() }),
  run: async (services, { port, root, open }, terminal) => {
    if (!existsSync(join(page, 'index.html'))) {
      throw new OrganMosaicError('environment', `The page is not built yet (${page}); run: npm run build`)
    }
    // Only here: every other command would pay for loading them.
    const [{ openBrowser }, { serveWeb }] = await Promise.all([
      import('../../web/open-browser.ts'),
      import('../../web/serve.ts'),
    ])
    if (root.length > 0) services.folders.limitTo(root.map((folder) => resolve(folder)))
    const info = {
      version: readVersion(),
      home: services.workspace.home,
      host: 'web' as const,
      platform: `${process.platform}-${process.arch}`,
      roots: services.folders.roots(),
    }
    const host = await serveWeb(services, { port, page, info })
    terminal.note(`OrganMosaic is at ${host.url}`)
    terminal.note('Ctrl-C ends it; trainings go on.')
    if (open && !(await openBrowser(host.newTicketUrl()))) terminal.note('No browser was found; open the link above.')
    await untilAsked(terminal)
    await host.close()
    await services.tasks.close()
    return { url: host.url }
  },
  render: () => 'OrganMosaic has ended.',
})

/** Ctrl-C, or the end of the session it runs in. */
function untilAsked(terminal: Terminal): Promise<void> {
  const { promise, resolve: end } = Promise.withResolvers<void>()
  process.once('SIGTERM', end)
  process.once('SIGHUP', end)
  return terminal.interruptible(end, () => promise)
}
