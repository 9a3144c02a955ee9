PREFIX ?= /usr/local

# One set of flags for each configuration, so that no step builds again what another has built.
debug = --explicit-target-dependency-import-check error
# The binary may lie among evidence: it must not look for libraries beside itself.
# LLD comes with Swift; others warn of a function in its library that is never called.
release = $(debug) -c release --product assay --static-swift-stdlib --disable-local-rpath -Xswiftc -use-ld=lld
binary = .build/release/assay

.PHONY: build test lint format soak fuzz demo bench bench-peers install packages

build: packages
	swift build $(release)

# Once more for the kernels of lesser processors: the first run takes the best that this one has.
test: lint
	.ci/tests --skip-build $(debug)
	for set in avx2 baseline; do ASSAY_INSTRUCTIONS=$$set .ci/tests --skip-build $(debug) --filter 'NetworkTests|DetectionTests' || exit; done

# The style, then everything that the compiler finds: warnings are errors, and so is an import that the manifest does not allow.
lint: packages
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	swift build --build-tests $(debug)

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

# Half an hour of what `make test` does to a watched directory in a minute, with a look at the watch's memory, descriptors and threads.
soak: build
	@.ci/soak

# Looks for files that crash or stall what reads them, for SECONDS each; `make test` has the bounded form (…DamageTests, Damaged…Tests).
SECONDS ?= 60
fuzz: packages
	Tests/Fuzz/run $(SECONDS)
	Tests/Fuzz/run-declared $(SECONDS)

demo: build
	@.ci/demo

# The parts and whole scans, then a training; PICTURES=FOLDER scans that folder instead of drawn pictures.
bench: build
	swift build $(subst --product assay,--product bench,$(release))
	.build/release/bench $(if $(PICTURES),--pictures '$(PICTURES)')
	@.ci/bench

# Beside TensorFlow, PyTorch and ONNX Runtime, which are downloaded; PEERS='--rounds 1 --only scan decode' chooses.
bench-peers: build
	swift build $(subst --product assay,--product bench,$(release))
	@Benchmarks/peers $(PEERS)

install: build
	install -D -m 755 $(binary) $(DESTDIR)$(PREFIX)/bin/assay
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/*.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 man/*.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/assay README.md CHANGELOG.md Sources/CDefaultModel/MODEL_CARD.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/assay/examples/watch examples/watch/*

packages:
	@.ci/packages
