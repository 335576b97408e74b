// organ-mosaic serve: the application for a browser on this machine, or through an SSH tunnel to it.
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineCommand } from '../define-command.ts'
import type { Terminal } from '../terminal.ts'

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
    // Only here: every other command would pay for loading them.
    const [{ openBrowser }, { serveWeb }, { describeApp, findBuiltPage }] = await Promise.all([
      import('../../web/open-browser.ts'),
      import('../../web/serve.ts'),
      import('../../api/describe-app.ts'),
    ])
    const page = findBuiltPage()
    if (root.length > 0) services.folders.limitTo(root.map((folder) => resolve(folder)))
    const info = describeApp(services, 'web')
    const host = await serveWeb(services, { port, page, info })
    // Before it says where it is: whoever reads that may end it at once.
    const asked = untilAsked(terminal)
    terminal.note(`OrganMosaic is at ${host.url}`)
    terminal.note('Ctrl-C ends it; trainings go on.')
    if (open && !(await openBrowser(host.newTicketUrl()))) terminal.note('No browser was found; open the link above.')
    await asked
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
