// The program organ-mosaic. Node caches the compiled modules, which halves the time a command takes to begin; only
// modules that are imported after the cache is on profit.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runCli } = await import('./run-cli.ts')

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough: organ-mosaic runs | head
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await runCli(process.argv.slice(2))
