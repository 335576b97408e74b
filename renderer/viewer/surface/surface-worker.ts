// A worker of the page: the surface of one organ after the other, by marching cubes.
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray'
import vtkImageData from '@kitware/vtk.js/Common/DataModel/ImageData'
import vtkImageMarchingCubes from '@kitware/vtk.js/Filters/General/ImageMarchingCubes'
import type { Spacing } from '../../../contract/geometry.ts'
import { smooth, type OrganBlock } from './organ-block.ts'

export interface SurfaceRequest {
  readonly id: number
  readonly block: OrganBlock
  readonly spacingMm: Spacing
}

/** Triangles in millimetres along the volume's axes: x to left, y to posterior, z to superior. */
export interface Surface {
  readonly points: Float32Array
  readonly normals: Float32Array
  /** As vtk counts them: 3, then three points, for each triangle. */
  readonly polys: Uint32Array
}

export type SurfaceAnswer = { id: number; surface: Surface }

/** vtk.js measures itself on the console. */
console.time = console.timeEnd = (): void => undefined

addEventListener('message', ({ data }: MessageEvent<SurfaceRequest>) => {
  const surface = findSurface(data)
  const moved = [surface.points.buffer, surface.normals.buffer, surface.polys.buffer] as ArrayBuffer[]
  postMessage({ id: data.id, surface } satisfies SurfaceAnswer, { transfer: moved })
})

function findSurface({ block, spacingMm }: SurfaceRequest): Surface {
  const [depth, height, width] = block.shape
  const image = vtkImageData.newInstance()
  image.setDimensions(width, height, depth)
  image.setSpacing([2, 1, 0].map((axis) => spacingMm[axis] * block.step) as [number, number, number])
  image.setOrigin([2, 1, 0].map((axis) => spacingMm[axis] * block.first[axis]) as [number, number, number])
  const values = smooth(block.mask, block.shape)
  image.getPointData().setScalars(vtkDataArray.newInstance({ numberOfComponents: 1, values, name: 'mask' }))
  const cubes = vtkImageMarchingCubes.newInstance({ contourValue: 127.5, computeNormals: true, mergePoints: true })
  cubes.setInputData(image)
  cubes.update()
  const found = cubes.getOutputData()
  return {
    points: Float32Array.from(found.getPoints().getData()),
    normals: Float32Array.from(found.getPointData().getNormals()?.getData() ?? []),
    polys: Uint32Array.from(found.getPolys().getData()),
  }
}
