// organ-mosaic remove: a dataset, a run or a study to the trash folder of the workspace.
import { join } from 'node:path'
import { z } from 'zod'
import type { Services } from '../../../services/services.ts'
import { removeStudy } from '../../../services/study/study-trash.ts'
import { defineCommand } from '../define-command.ts'

const WhatSchema = z.enum(['dataset', 'run', 'study'], 'expected dataset, run or study')
type What = z.infer<typeof WhatSchema>

const OutputSchema = z.object({
  what: WhatSchema,
  name: z.string(),
  folder: z.string().describe('Where it lies now'),
  home: z.string().describe('Where it comes back to when its folder is moved there'),
})

const FOLDERS = { dataset: 'datasets', run: 'runs', study: 'studies' } as const

/** @returns the id of the removal */
function moveToTrash({ workspace, runDesk, datasetDesk }: Services, what: What, name: string): string {
  if (what === 'dataset') return datasetDesk.remove(name)
  return what === 'run' ? runDesk.remove(name) : removeStudy(workspace, name)
}

export const remove = defineCommand({
  usage: 'remove <what> <name>',
  summary: 'move a dataset, a run or a study to the trash folder of the workspace',
  details: `<what> is dataset, run or study. Of a dataset only what the workspace knows is moved: its images and labels stay where
they are, untouched, and runs that were trained on it go on. The runs of a study stay. A run that another one needs the
stage 1 of, a training that goes on and a study that is worked on are refused. Move the folder back to undo
it (and run organ-mosaic reindex for a dataset). A removed dataset is kept for a day at least, runs and studies for good.`,
  examples: ['organ-mosaic remove dataset site-c', 'organ-mosaic remove run first', 'organ-mosaic remove study pair'],
  input: z.object({ what: WhatSchema, name: z.string() }),
  output: OutputSchema,
  run: (services, { what, name }) => {
    const { home } = services.workspace
    const removed = moveToTrash(services, what, name)
    return { what, name, folder: join(home, 'trash', FOLDERS[what], removed, name), home: join(home, FOLDERS[what]) }
  },
  render: ({ what, name, folder, home }) =>
    `${what[0].toUpperCase()}${what.slice(1)} ${name} lies in ${folder}; move it to ${home} to take it back.${what === 'dataset' ? ' Its images and labels were not touched.' : ''}`,
})
