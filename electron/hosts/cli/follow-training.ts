// Follows a training with a progress line. Ctrl-C pauses it: nothing is lost, and resume continues bit for bit.
import type { RunSummary } from '../../../contract/commands.ts'
import { describeWord, type RunPlace } from '../../../contract/place.ts'
import type { Services } from '../../services/services.ts'
import type { Terminal } from './terminal.ts'

/**
 * @param from journal offset, as startRun answers
 * @throws OrganMosaicError when the run does not finish (failed, interrupted, paused or stopped)
 */
export async function followTraining(
  services: Services,
  name: string,
  from: number,
  terminal: Terminal,
): Promise<RunSummary> {
  const line = terminal.progress()
  const pause = (): Promise<RunSummary> => {
    line.note(`Pausing ${name} after its present step; press Ctrl-C again to leave it to that.`)
    return services.controlRun(name, 'pause')
  }
  const onPlace = (place: RunPlace): void => line.note(`Run ${name} ${describeWord(place)}.`)
  try {
    let state = await terminal.interruptible(pause, () => services.followRun(name, line.show, { from, onPlace }))
    // A trainer that was killed cannot go on by itself, even where the configuration says that it may.
    while (mayShrink(services, name)) {
      line.note(`${services.getRun(name).memoryOffer!.message} It is used now, as runtime.onOutOfMemory=shrink says.`)
      const next = await services.startRun(name)
      state = await terminal.interruptible(pause, () => services.followRun(name, line.show, { from: next, onPlace }))
    }
    services.requireFinished(name, state)
    return services.getRun(name).summary
  } finally {
    line.close()
  }
}

function mayShrink(services: Services, name: string): boolean {
  const { config, memoryOffer } = services.getRun(name)
  return config.runtime.onOutOfMemory === 'shrink' && memoryOffer !== null && memoryOffer.smallerPatch !== null
}
