// Crops decide what is looked at; a plan that left the picture or changed with chance would change scores.

import Detection
import Testing

@Suite struct CropPlanTests {
    private let sizes = [1, 2, 63, 127, 128, 129, 159, 160, 161, 200, 255, 256, 257, 300, 512, 1023, 4000]

    @Test func `crops lie inside a picture that is as large as they are`() {
        for width in sizes where width >= 128 {
            for height in sizes where height >= 128 {
                for crop in CropPlan.middleAndQuarters.origins(width: width, height: height, size: 128) {
                    #expect(crop.x >= 0 && crop.x + 128 <= width, "\(width)×\(height)")
                    #expect(crop.y >= 0 && crop.y + 128 <= height, "\(width)×\(height)")
                }
            }
        }
    }

    @Test func `a smaller picture lies whole within its only crop`() {
        for (width, height) in [(1, 1), (127, 100), (60, 128)] {
            let crops = CropPlan.middleAndQuarters.origins(width: width, height: height, size: 128)
            #expect(crops.count == 1)
            #expect(crops[0].x <= 0 && crops[0].x + 128 >= width)
            #expect(crops[0].y <= 0 && crops[0].y + 128 >= height)
        }
    }

    @Test func `no crop is taken twice and there are few of them`() {
        for width in sizes {
            for height in sizes {
                let crops = CropPlan.middleAndQuarters.origins(width: width, height: height, size: 128)
                #expect(Set(crops.map { [$0.x, $0.y] }).count == crops.count, "\(width)×\(height)")
                #expect((1...9).contains(crops.count))
            }
        }
    }

    @Test func `crops of large pictures begin on the grid of JPEG's blocks`() {
        for crop in CropPlan.middleAndQuarters.origins(width: 4001, height: 3003, size: 128) {
            #expect(crop.x % 8 == 0 && crop.y % 8 == 0)
        }
    }

    @Test func `a picture of up to two crops is judged by its middle, a larger one by its quarters too`() {
        func places(_ width: Int, _ height: Int) -> [[Int]] {
            CropPlan.middleAndQuarters.origins(width: width, height: height, size: 128).map { [$0.x, $0.y] }
        }
        #expect(places(256, 256) == [[64, 64]])
        #expect(places(224, 200) == [[48, 32]])
        #expect(places(512, 200) == [[192, 32], [64, 32], [320, 32]])
        #expect(places(512, 512) == [[192, 192], [64, 64], [320, 64], [64, 320], [320, 320]])
    }
    @Test func `small, middling and large pictures have one, five and nine crops by area`() {
        func places(_ width: Int, _ height: Int) -> [[Int]] {
            CropPlan.byArea.origins(width: width, height: height, size: 128).map { [$0.x, $0.y] }
        }
        #expect(places(256, 256) == [[64, 64]])
        #expect(places(400, 300) == [[136, 80], [32, 8], [232, 8], [32, 160], [232, 160]])
        #expect(places(1000, 2000).count == 5)
        #expect(places(3000, 1000).count == 9)
        #expect(places(3000, 1000)[8] == [2432, 768])
    }

    @Test(arguments: CropPlan.all)
    func `every plan stays within the picture and takes no crop twice`(_ plan: CropPlan) {
        for width in sizes {
            for height in sizes {
                let crops = plan.origins(width: width, height: height, size: 128)
                #expect(!crops.isEmpty && Set(crops).count == crops.count, "\(width)×\(height)")
                let covered = plan.regions(width: width, height: height, size: 128)
                #expect(covered.count == crops.count)
                for region in covered {
                    #expect(region.x >= 0 && region.x + region.width <= width && region.width >= min(width, 128))
                    #expect(region.y >= 0 && region.y + region.height <= height && region.height >= min(height, 128))
                }
            }
        }
    }
}
