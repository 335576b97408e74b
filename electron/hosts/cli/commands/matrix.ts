// organ-mosaic matrix: which dataset labels which organ in how many cases.
import { z } from 'zod'
import { MatrixSchema } from '../../../../contract/matrix.ts'
import { defineCommand } from '../define-command.ts'
import { table } from '../text.ts'

export const matrix = defineCommand({
  usage: 'matrix <names...>',
  summary: 'show the availability matrix of datasets: organs by cases that label them',
  examples: ['organ-mosaic matrix site-a site-b site-c'],
  input: z.object({ names: z.array(z.string()) }),
  output: MatrixSchema,
  run: (services, { names }) => services.getMatrix(names),
  render: ({ organs, rows, warnings }, style) => {
    const cells = organs.map((organ) => [
      organ,
      ...rows.map(({ cells: { [organ]: cell } }) => {
        const states = (['labelled', 'cut', 'merged', 'absent'] as const).filter((state) => cell && cell[state] > 0)
        return states.map((state) => `${cell[state]}${state === 'labelled' ? '' : ` ${state}`}`).join(' + ') || '–'
      }),
    ])
    const header = ['organ', ...rows.map(({ dataset, cases }) => `${dataset} (${cases})`)]
    return [table(header, cells, style), ...warnings.map((warning) => `${style.yellow('note')}  ${warning}`)].join('\n')
  },
})
