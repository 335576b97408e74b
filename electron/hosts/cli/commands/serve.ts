// organ-mosaic serve: the application for a browser on this machine, or through an SSH tunnel to it.
import { homedir } from 'node:os'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { existsSync } from 'node:fs'
import { serveWeb } from '../../web/serve.ts'
import { defineCommand } from '../define-command.ts'
import { readVersion } from '../read-version.ts'

const page = join(import.meta.dirname, '../../../../dist/renderer')

export const serve = defineCommand({
  usage: 'serve',
  summary: 'serve the application to a browser on this machine',
  options: [['--port <n>', 'on 127.0.0.1 (default: any free one)']],
  details: `From another machine: ssh -L 8080:127.0.0.1:8080 gpu-server, then open the printed link here.
Ctrl-C ends it; trainings go on.`,
  examples: ['organ-mosaic serve', 'organ-mosaic serve --port 8080 --home /data/mosaic'],
  input: z.object({ port: z.coerce.number('expected a port').int('expected a port').min(0).max(65535).default(0) }),
  output: z.object({ url: z.string() }),
  run: async (services, { port }, terminal) => {
    if (!existsSync(join(page, 'index.html'))) {
      throw new OrganMosaicError('environment', `The page is not built yet (${page}); run: npm run build`)
    }
    const info = {
      version: readVersion(),
      home: services.workspace.home,
      host: 'web' as const,
      platform: `${process.platform}-${process.arch}`,
      roots: [homedir()],
    }
    const host = await serveWeb(services, { port, page, info })
    terminal.note(`OrganMosaic is at ${host.url}`)
    terminal.note('Ctrl-C ends it; trainings go on.')
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await services.tasks.close()
    await host.close()
    return { url: host.url }
  },
  render: () => 'OrganMosaic has ended.',
})
