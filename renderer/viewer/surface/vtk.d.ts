// The one filter that the viewer uses and vtk.js gives no types for.
declare module '@kitware/vtk.js/Filters/General/ImageMarchingCubes' {
  import type vtkImageData from '@kitware/vtk.js/Common/DataModel/ImageData'
  import type vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData'

  interface MarchingCubes {
    setInputData: (image: vtkImageData) => void
    update: () => void
    getOutputData: () => vtkPolyData
    delete: () => void
  }
  const marchingCubes: {
    newInstance: (values: { contourValue: number; computeNormals: boolean; mergePoints: boolean }) => MarchingCubes
  }
  export default marchingCubes
}
