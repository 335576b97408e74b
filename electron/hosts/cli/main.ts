// The program organ-mosaic.
import { keepCompiled } from '../../keep-compiled.ts'

keepCompiled()
const { runCli } = await import('./run-cli.ts')

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough: organ-mosaic runs | head
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await runCli(process.argv.slice(2))
