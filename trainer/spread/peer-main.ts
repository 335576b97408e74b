// A process that trains some models of a stage: started by the trainer, one a device, and gone when the stage is over.
// It writes no journal: what it has to say goes to the leading process.
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import { saysOutOfMemory } from '../../contract/memory.ts'
import { describeStudy } from '../labels/study.ts'
import { Interruption, type Journal } from '../jobs/journal.ts'
import type { Progress } from '../jobs/progress.ts'
import { createObjective } from '../stages/create-objective.ts'
import { createStageModels, disposeModels } from '../stages/stage-model.ts'
import { trainStage } from '../stages/train-stage.ts'
import { tf } from '../tensor/tensorflow.ts'
import { usedDevice } from '../tensor/used-device.ts'
import { createInbox } from './inbox.ts'
import type { FromPeer, PeerStart, ToPeer } from './messages.ts'
import type { Peers } from './peers.ts'

const silentJournal: Journal = { append() {}, metrics() {}, close() {} }
const silentProgress: Progress = { begin() {}, advance() {}, skip() {} }

const inbox = createInbox<ToPeer>()
process.on('message', (message) => inbox.put(message as ToPeer))
// Nobody is left to train for.
process.on('disconnect', () => process.exit(1))

const send = (message: FromPeer): Promise<void> =>
  new Promise((resolve, reject) => process.send!(message, (error: Error | null) => (error ? reject(error) : resolve())))

async function train(start: PeerStart): Promise<void> {
  const { rank, size, indices, weights, ...setup } = start
  const { stage, plan, config } = setup
  const study = describeStudy(setup.patches.job)
  const all = createStageModels(study, stage, plan, config)
  const models = all.filter(({ index }) => indices.includes(index))
  disposeModels(all.filter((model) => !models.includes(model)))
  models.forEach(({ parameters }, i) => {
    for (const [name, { data, shape }] of weights[i]!) {
      tf.tidy(() => parameters.get(name)!.assign(tf.tensor(data, [...shape])))
    }
  })
  const peers: Peers = {
    rank,
    size,
    async gather<T>(mine: T): Promise<T[]> {
      await send({ type: 'value', value: mine })
      const answer = await inbox.take()
      if (answer.type !== 'values') throw new OrganMosaicError('internal', `expected values, got ${answer.type}`)
      return answer.values as T[]
    },
  }
  const objective = createObjective(study, stage, plan.patch, config, models)
  await trainStage({ ...setup, study, journal: silentJournal, progress: silentProgress }, models, objective, peers)
}

try {
  await send({ type: 'device', device: usedDevice() })
  const message = await inbox.take()
  if (message.type === 'start') await train(message.start)
} catch (error) {
  if (!(error instanceof Interruption)) {
    console.error(error)
    const known = toOrganMosaicError(error)
    const refused = known.code === 'internal' && saysOutOfMemory(known.message)
    await send({
      type: 'failure',
      report: (refused ? new OrganMosaicError('out-of-memory', known.message) : known).toReport(),
    })
  }
} finally {
  process.removeAllListeners('disconnect')
  process.disconnect()
}
