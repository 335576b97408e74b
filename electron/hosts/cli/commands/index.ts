// Every command, in the order of --help.
import type { Command } from '../define-command.ts'
import { dataset } from './dataset.ts'
import { datasets } from './datasets.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { evaluate } from './evaluate.ts'
import { exportCommand } from './export.ts'
import { exportModel } from './export-model.ts'
import { gpu } from './gpu.ts'
import { importModel } from './import-model.ts'
import { mapping } from './mapping.ts'
import { matrix } from './matrix.ts'
import { pause } from './pause.ts'
import { places } from './places.ts'
import { predict } from './predict.ts'
import { register } from './register.ts'
import { reindex } from './reindex.ts'
import { remove } from './remove.ts'
import { repair } from './repair.ts'
import { report } from './report.ts'
import { resume } from './resume.ts'
import { run } from './run.ts'
import { runs } from './runs.ts'
import { serve } from './serve.ts'
import { stop } from './stop.ts'
import { study } from './study.ts'
import { train } from './train.ts'

export const commands: readonly Command[] = [
  register,
  datasets,
  dataset,
  mapping,
  repair,
  matrix,
  train,
  runs,
  run,
  resume,
  stop,
  pause,
  evaluate,
  predict,
  exportCommand,
  exportModel,
  importModel,
  study,
  places,
  remove,
  doctor,
  gpu,
  report,
  reindex,
  demo,
  serve,
]
