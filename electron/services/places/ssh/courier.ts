// The courier of one job, `node courier.ts JOB_FOLDER`: sends what the job needs to another machine, starts the trainer
// there, passes on what is asked, brings back what it makes, and ends when all of it is here. It holds nothing that is not
// in the job folder: one that was ended is followed by another, whoever starts it, which goes on where it was.
import { appendFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toOrganMosaicError } from '../../../../contract/errors.ts'
import { whereAway } from '../../../../trainer/job-folder/read-job-place.ts'
import { LOG_START, TRAINER_LOG } from '../../jobs/start-job.ts'
import { bringBack, followThere } from './bring-back.ts'
import { becomeCourier } from './courier-file.ts'
import { ended, openErrand, type Errand } from './errand.ts'
import { sendJob, startJobThere } from './send-job.ts'

async function carry(errand: Errand): Promise<void> {
  const { folder } = errand
  if (!whereAway(folder)?.sent) await sendJob(errand)
  if (!whereAway(folder)?.sent) return
  if (whereAway(folder)?.job === '') await startJobThere(errand)
  const end = await followThere(errand)
  if (end === 'ended') await bringBack(errand)
  if (end === 'gone') errand.note({ away: '', word: ended('its copy there is gone; it goes on from what came back') })
}

/** Only what happens before the trainer is started ends a job: later there is something to bring back. */
function giveUp(errand: Errand, thrown: unknown): void {
  const { message } = toOrganMosaicError(thrown)
  appendFileSync(join(errand.folder, TRAINER_LOG), `${LOG_START}${new Date().toISOString()}\nError: ${message}\n`)
  errand.note({ away: '', word: ended(message.replace(/\.$/, '')) })
}

const folder = resolve(process.argv[2] ?? '.')
const sign = await becomeCourier(folder)
const errand = sign && openErrand(folder, sign)
if (errand) await carry(errand).catch((thrown: unknown) => giveUp(errand, thrown))
sign?.end()
