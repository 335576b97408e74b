// The host of `organ-mosaic serve` as a program of its own, with a page that need not be built: host-process.ts starts it.
// usage: node tests/helpers/host-main.ts HOME
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { describeApp } from '../../electron/hosts/api/describe-app.ts'
import { serveWeb } from '../../electron/hosts/web/serve.ts'
import { createServices } from '../../electron/services/create-services.ts'

const [home = ''] = process.argv.slice(2)
const page = mkdtempSync(join(tmpdir(), 'organ-mosaic-page-'))
writeFileSync(join(page, 'index.html'), '<!doctype html><title>the page</title>')
const services = createServices({ home, roots: ['/'] })
const host = await serveWeb(services, { port: 0, page, info: describeApp(services, 'web') })
process.send?.({ url: host.url })

/** What grows when something leaks; after collecting garbage where that may be asked for. */
process.on('message', () => void measure())
async function measure(): Promise<void> {
  for (let n = 0; n < 3; n++) {
    await globalThis.gc?.({ execution: 'async', type: 'major' })
    await sleep(50)
  }
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  process.send?.({
    memory: process.memoryUsage(),
    youngBytes: young?.physical_space_size ?? 0,
    resources: process.getActiveResourcesInfo(),
  })
}

// Whoever started it is gone.
process.once('disconnect', () => process.exit())
process.once('SIGTERM', () => {
  void host.close().then(async () => {
    await services.tasks.close()
    services.close()
    process.disconnect?.()
  })
})
