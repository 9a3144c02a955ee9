// Turns the fields of each kind of metadata into statements of origin: which field means what, and which text means nothing.

extension DeclarationReader {
    mutating func add(_ packet: XMPPacket) {
        var item = Declared.Item(.xmp)
        item.digitalSourceType = packet[XMPPacket.iptc, "DigitalSourceType"].flatMap(Origin.digitalSourceType)
        item.aiSystem = packet[XMPPacket.iptc, "AISystemUsed"]
        item.aiSystemVersion = packet[XMPPacket.iptc, "AISystemVersionUsed"]
        item.prompt = packet[XMPPacket.iptc, "AIPromptInformation"]
        item.software =
            packet[XMPPacket.adobe + "xap/1.0/", "CreatorTool"] ?? packet[XMPPacket.adobe + "tiff/1.0/", "Software"]
        // Google's generators name themselves in the credit line.
        let credit = packet[XMPPacket.adobe + "photoshop/1.0/", "Credit"]
        item.generator =
            [item.software, item.aiSystem, credit].lazy.compactMap { $0.flatMap(GeneratorName.named) }.first
        if let text = packet[XMPPacket.adobe + "exif/1.0/", "UserComment"], let found = GenerationText(text, limits) {
            item.add(found)
        }
        add(item)
        declared.camera.make =
            declared.camera.make ?? packet[XMPPacket.adobe + "tiff/1.0/", "Make"]?.value(limits.maxValueBytes)
        declared.camera.model =
            declared.camera.model ?? packet[XMPPacket.adobe + "tiff/1.0/", "Model"]?.value(limits.maxValueBytes)
    }

    mutating func add(_ record: IIMRecord) {
        var item = Declared.Item(.iim)
        item.software = record.program.map { program in
            record.programVersion.map { program + " " + $0 } ?? program
        }
        item.generator = [item.software, record.credit].lazy.compactMap { $0.flatMap(GeneratorName.named) }.first
        add(item)
    }

    mutating func add(_ block: ExifBlock) {
        var item = Declared.Item(.exif)
        item.software = block.software
        item.generator = block.software.flatMap(GeneratorName.named)
        if let text = block.userComment, let found = GenerationText(text, limits) { item.add(found) }
        // ComfyUI's savers put the graph into whatever text fields there are, behind its name.
        for text in [block.make, block.model, block.description] {
            for name in ["prompt:", "workflow:", "Prompt:", "Workflow:"] {
                guard let text, text.hasPrefix(name),
                    let found = GenerationText(String(text.dropFirst(name.count)), limits)
                else { continue }
                item.add(found)
            }
        }
        add(item)
        func value(_ text: String?) -> String? { text?.value(limits.maxValueBytes) }
        let isGraph = block.make.map { $0.contains("{") } ?? false
        if !isGraph {
            declared.camera.make = declared.camera.make ?? value(block.make)
            declared.camera.model = declared.camera.model ?? value(block.model)
        }
        declared.camera.lens = declared.camera.lens ?? value(block.lens)
        declared.camera.date = declared.camera.date ?? value(block.date)
        declared.camera.hasMakerNote = declared.camera.hasMakerNote || block.hasMakerNote
        declared.camera.thumbnail = declared.camera.thumbnail ?? block.thumbnail
    }

    /// A comment is free text: only one that is a generator's settings as a whole says something, or one that a program is known to
    /// write about itself.
    mutating func add(comment text: String) {
        var item = Declared.Item(.comment)
        if let found = GenerationText(text, limits) { item.add(found) }
        for prefix in ["CREATOR: ", "Created with "] where text.hasPrefix(prefix) {
            item.software = String(text.dropFirst(prefix.count).prefix { $0 != "\n" && $0 != "," })
        }
        add(item)
    }

    /// The texts of a PNG by their keywords; under any other keyword a text means nothing, whatever it says.
    mutating func add(_ texts: [PNGText]) {
        var program = Declared.Item(.pngText)
        // A generator that writes several texts has made one statement.
        var settings: [Declared.Item] = []
        for text in texts {
            func value() -> String { String(unknownEncoding: text.text) }
            var item = Declared.Item(.pngText)
            switch text.keyword {
            case "parameters", "prompt", "workflow", "generation_data":
                if let found = GenerationText(value(), limits) { item.add(found) }
            case "invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata":
                item.add(GenerationText(value(), limits), "InvokeAI")
            case "Dream", "dream": item.add(nil, "InvokeAI")
            case "fooocus_scheme": item.generator = "Fooocus"
            case "Software", "software":
                program.software = program.software ?? value()
                program.generator = program.generator ?? GeneratorName.named(in: value())
            default: break
            }
            if let index = settings.firstIndex(where: { $0.generator == item.generator }) {
                settings[index].add(item)
            } else if !item.isEmpty {
                settings.append(item)
            }
        }
        // NovelAI keeps its settings under the general keywords.
        if program.generator == "NovelAI" {
            let byKeyword = Dictionary(texts.map { ($0.keyword, String(unknownEncoding: $0.text)) }) { first, _ in first
            }
            program.model = byKeyword["Source"]
            program.hasParameters = byKeyword["Comment"].map(JSONScan.isObject) ?? false
            program.prompt = byKeyword["Description"]
        }
        if program.generator != nil, let index = settings.firstIndex(where: { $0.generator == program.generator }) {
            settings[index].software = program.software
        } else {
            settings.append(program)
        }
        for item in settings { add(item) }
    }
}

extension Declared.Item {
    /// Adds what a generator's settings say; what is known already stays.
    fileprivate mutating func add(_ found: GenerationText?, _ name: String? = nil) {
        generator = generator ?? found?.generator ?? name
        model = model ?? found?.model
        prompt = prompt ?? found?.prompt
        hasParameters = true
    }

    /// Adds what another text of the same generator says.
    fileprivate mutating func add(_ other: Declared.Item) {
        model = model ?? other.model
        prompt = prompt ?? other.prompt
        hasParameters = hasParameters || other.hasParameters
    }
}
